/** A parameter that carries a secret, and the operations where it does. */
interface SecretParameter {
  readonly on: RegExp;
  readonly parameter: RegExp;
}

const secrets: readonly SecretParameter[] = [
  {
    on: /./,
    parameter:
      /^(?:password|confirmation-password|cipassword|otp|totp|client-key|eab-hmac-key|encryption-key|keyring|master-pubkey|vncticket|ticket|tfa-challenge)$/,
  },
  // `key` is a private key or an API key, except where it is one of a keyboard; `keys` are those of a second factor.
  { on: /^(?!.*\/sendkey$)/, parameter: /^keys?$/ },
  {
    on: /notifications|metrics|ipams|remote_migrate/,
    parameter: /^(?:token|secret|header|otel-headers|target-endpoint)$/,
  },
  { on: /^POST \/access\/tfa/, parameter: /^(?:value|challenge)$/ },
  // The settings of a DNS plugin are its credentials; what is written into a guest is nobody's business here.
  { on: /\/acme\/plugins/, parameter: /^data$/ },
  // Other requests with all that they carry.
  { on: /\/execute$/, parameter: /^commands$/ },
  { on: /\/agent\//, parameter: /^(?:content|input-data)$/ },
];

/** Whether a parameter of an operation carries a secret: it is in no question, no audit and no plan. */
export function isSecretParameter(route: string, name: string): boolean {
  return secrets.some(({ on, parameter }) => parameter.test(name) && on.test(route));
}
