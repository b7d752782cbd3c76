/** The registry and the folder that Docker means where a name has none. */
const dockerHub = 'docker.io/library/';

/**
 * A name with all that Docker, podman and containerd add to a short one: `app` is `docker.io/library/app:latest`. A reference with a digest, or
 * one that is no name at all, stays as it is.
 * @see https://github.com/distribution/reference/blob/main/normalize.go
 */
export function fullDockerName(name: string): string {
  const tagged = /:[^/]*$/.test(name) ? name : `${name}:latest`;
  const [host = '', ...path] = tagged.split('/');
  if (path.length === 0) return `${dockerHub}${tagged}`;
  const isHost = /[.:]/.test(host) || host === 'localhost' || host !== host.toLowerCase();
  if (!isHost) return `docker.io/${tagged}`;
  return host === 'docker.io' && path.length === 1 ? `${dockerHub}${path[0]}` : tagged;
}

/** The tag of a name, as it stands behind the last colon. */
export function dockerTag(name: string): string {
  return fullDockerName(name).replace(/^.*:/, '');
}

/** What Docker takes as `name:tag`. */
export function isDockerName(name: string): boolean {
  const part = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
  return new RegExp(
    `^(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::[0-9]+)?/)?${part}(?:/${part})*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$`,
  ).test(name);
}
