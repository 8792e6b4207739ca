const NAME =
  /pass|secret|ticket|token|otp|key|credential|challenge|privkey|tfa|header|endpoint|input-data|^(?:data|content|commands?)$/i;

/** Whether a parameter of this name may hold a credential, or whatever else is for the guest's eyes only. */
export function isSecretName(name: string): boolean {
  return NAME.test(name);
}

/** Credentials in an address, an API token, or a key of a property string that is named like a secret. */
const TEXT = /\/\/[^/\s]*@|@[^\s@!]+![^\s=]+=|(?:pass\w*|secret|token|key)=/i;

/** Whether a text looks as if it held a credential, wherever it was given. */
export function looksSecret(text: string): boolean {
  return TEXT.test(text);
}
