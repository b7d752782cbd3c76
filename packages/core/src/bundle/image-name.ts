/** What places take for the name of an image, told by its form alone; each place has rules of its own besides. */
export function isTagged(name: string): boolean {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._:@+/-]{0,253}[A-Za-z0-9])?$/.test(name);
}
