/** The packers by name. */
export const ecosystems = ['java', 'npm', 'python', 'files'] as const;

export type Ecosystem = (typeof ecosystems)[number];
