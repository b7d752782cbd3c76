import {
  type InputDirectory,
  joinImagePath,
  type Packer,
  type Placement,
  type ReasonToLeaveOut,
  type Warning,
} from '@block-pack/core';

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

/** Tells of files that are packed and may hold secrets. They stay packed, for many hold none. */
export async function warnOfSecrets(
  input: InputDirectory,
  reasonToLeaveOut: ReasonToLeaveOut,
  warn: (warning: Warning) => void,
): Promise<void> {
  const files = (await input.entries()).filter(({ kind }) => kind === 'file').map(({ path }) => path);
  const found = files.filter((path) => isLikelySecret(path) && reasonToLeaveOut(path) === undefined).sort();
  warnOf(found, `leave secrets out: --exclude ${found[0]}`, warn);
}

/** A packer that tells the same of all that is no dependency: what others have published holds no secrets of the user. */
export function tellingSecrets<P extends Placement>(packer: Packer<P>): Packer<P> {
  return {
    ...packer,
    identify: async (placed, context) => {
      const components = await packer.identify(placed, context);
      const own = placed.filter((_, index) => components[index]?.role !== 'dependency');
      const found = own.flatMap(({ placement }) => filesOf(placement)).filter(isLikelySecret);
      warnOf(found.sort(), 'take secrets out of what is packed', (warning) => context.warn(warning));
      return components;
    },
  };
}

/** By their paths in the image. */
function filesOf({ path, content }: Placement): string[] {
  switch (content.kind) {
    case 'file':
      return [path];
    case 'tree':
      return content.entries
        .filter(({ kind }) => kind === 'file')
        .map((entry) => joinImagePath(path, entry.path));
    case 'made':
      return content.paths.map((one) => joinImagePath(path, one));
  }
}

function warnOf(found: readonly string[], wayOut: string, warn: (warning: Warning) => void): void {
  if (found.length === 0) return;
  const more = found.length > shownAtMost ? ` and ${found.length - shownAtMost} more` : '';
  const subject =
    found.length === 1
      ? 'A file that may hold a secret is'
      : `${found.length} files that may hold secrets are`;
  warn({
    code: 'SECRETS_PACKED',
    message: `${subject} packed: ${found.slice(0, shownAtMost).join(', ')}${more}. Whoever has the image can read what is in it; ${wayOut}`,
  });
}

function isLikelySecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return names.some((one) => one.test(name)) || paths.test(path.toLowerCase());
}
