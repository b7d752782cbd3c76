import type { InputDirectory, ReasonToLeaveOut, Warning } from '@block-pack/core';

/** Names that programs have given to files with passwords, tokens or private keys; a sample of settings holds none. */
const names = [
  /^\.env(\.(?!(example|sample|template|dist|defaults)$).*)?$/,
  /^(\.npmrc|\.pypirc|\.netrc|_netrc|\.pgpass|\.git-credentials|\.dockercfg|\.htpasswd)$/,
  /^id_(rsa|dsa|ecdsa|ed25519)(_sk)?$/,
  /\.(pem|key|p12|pfx|jks|keystore|ppk)$/,
];

/** Where only the folder says what a file is. */
const paths = /(^|\/)(\.aws\/credentials|\.docker\/config\.json|\.kube\/config)$/;

const shownAtMost = 5;

/** Tells of packed files that may hold secrets. They stay packed, for many hold none. */
export async function warnOfSecrets(
  input: InputDirectory,
  reasonToLeaveOut: ReasonToLeaveOut,
  warn: (warning: Warning) => void,
): Promise<void> {
  const found = (await input.entries())
    .filter(
      ({ kind, path }) => kind === 'file' && reasonToLeaveOut(path) === undefined && isLikelySecret(path),
    )
    .map(({ path }) => path)
    .sort();
  const [first] = found;
  if (first === undefined) return;
  const more = found.length > shownAtMost ? ` and ${found.length - shownAtMost} more` : '';
  const subject =
    found.length === 1
      ? 'A file that may hold a secret is'
      : `${found.length} files that may hold secrets are`;
  warn({
    code: 'SECRETS_PACKED',
    message: `${subject} packed: ${found.slice(0, shownAtMost).join(', ')}${more}. Whoever has the image can read what is in it; leave secrets out: --exclude ${first}`,
  });
}

function isLikelySecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return names.some((one) => one.test(name)) || paths.test(path.toLowerCase());
}
