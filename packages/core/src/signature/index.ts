export { encodeSignatures, signatureArtifactType } from './bundle-signature.ts';
export type { SigningKey, VerifyKey } from './ed25519.ts';
export { keyFileLimit } from './key-invalid.ts';
export { parsePrivateKey } from './private-key.ts';
export { parsePublicKey } from './public-key.ts';
export type { SignedBundle } from './signed-bundle.ts';
export { checkSignedBundle } from './signed-bundle.ts';
