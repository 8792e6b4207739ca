import openapiTS, { astToString, type SchemaObject, transformSchemaObject } from "openapi-typescript";
import ts from "typescript";
import type { OpenApiDocument } from "../build/openapi.js";

/** The `paths` type for `pve.http`, with families as template-literal keys instead of `[key: string]`. */
export async function pathsText(document: OpenApiDocument): Promise<string> {
  const nodes = await openapiTS(document as unknown as Parameters<typeof openapiTS>[0], {
    silent: true,
    transform(schema, options) {
      const patterns = (schema as { readonly patternProperties?: Readonly<Record<string, SchemaObject>> })
        .patternProperties;
      if (patterns === undefined) return undefined;
      const { patternProperties: _removed, ...plain } = schema as SchemaObject & { patternProperties?: unknown };
      const members = Object.entries(patterns).map(([pattern, inner]) =>
        familySignature(pattern.replace(/^\^/, "").replace(/\\d\+\$$/, ""), transformSchemaObject(inner, options)),
      );
      return ts.factory.createIntersectionTypeNode([
        transformSchemaObject(plain as SchemaObject, options),
        ts.factory.createTypeLiteralNode(members),
      ]);
    },
  });
  return astToString(nodes);
}

function familySignature(stem: string, type: ts.TypeNode): ts.IndexSignatureDeclaration {
  const key = ts.factory.createTemplateLiteralType(ts.factory.createTemplateHead(stem), [
    ts.factory.createTemplateLiteralTypeSpan(
      ts.factory.createKeywordTypeNode(ts.SyntaxKind.NumberKeyword),
      ts.factory.createTemplateTail(""),
    ),
  ]);
  return ts.factory.createIndexSignature(
    undefined,
    [ts.factory.createParameterDeclaration(undefined, undefined, "key", undefined, key)],
    type,
  );
}
