import { childOf, childrenOf, readXml, textOf, type XmlElement } from './xml.ts';

/** What a pom.xml says by itself: parents and managed versions are not followed. */
export interface Pom {
  readonly group: string | undefined;
  readonly artifact: string | undefined;
  readonly version: string | undefined;
  readonly packaging: string;
  readonly dependencies: readonly PomDependency[];
  /** By name; by address where there is no name. */
  readonly licenses: readonly string[];
}

export interface PomDependency {
  readonly group: string | undefined;
  readonly artifact: string | undefined;
  readonly version: string | undefined;
  readonly type: string;
  readonly classifier: string | undefined;
  readonly scope: string | undefined;
}

/**
 * @returns undefined when the text is no pom
 * @see https://maven.apache.org/pom.html
 */
export function readPom(text: string): Pom | undefined {
  const project = readXml(text);
  return project?.name === 'project' ? pomOf(project) : undefined;
}

export function pomOf(project: XmlElement): Pom {
  const parent = childOf(project, 'parent');
  const properties = new Map<string, string>();
  for (const property of childOf(project, 'properties')?.children ?? [])
    if (property.text.length <= longest) properties.set(property.name, property.text);
  for (const [name, value] of [
    ['groupId', textOf(project, 'groupId') ?? textOf(parent, 'groupId')],
    ['artifactId', textOf(project, 'artifactId')],
    ['version', textOf(project, 'version') ?? textOf(parent, 'version')],
    ['parent.groupId', textOf(parent, 'groupId')],
    ['parent.version', textOf(parent, 'version')],
  ] as const) {
    if (value === undefined) continue;
    for (const start of ['project.', 'pom.']) properties.set(`${start}${name}`, value);
  }
  const say = (text: string | undefined) => interpolate(text, properties);
  return {
    group: say(properties.get('project.groupId')),
    artifact: say(properties.get('project.artifactId')),
    version: say(properties.get('project.version')),
    packaging: textOf(project, 'packaging') ?? 'jar',
    dependencies: childrenOf(childOf(project, 'dependencies'), 'dependency').map((one) => ({
      group: say(textOf(one, 'groupId')),
      artifact: say(textOf(one, 'artifactId')),
      version: say(textOf(one, 'version')),
      type: say(textOf(one, 'type')) ?? 'jar',
      classifier: say(textOf(one, 'classifier')),
      scope: say(textOf(one, 'scope')),
    })),
    licenses: childrenOf(childOf(project, 'licenses'), 'license').flatMap(
      (one) => say(textOf(one, 'name')) ?? say(textOf(one, 'url')) ?? [],
    ),
  };
}

/** Rounds of filling in, each of which may bring up further expressions. */
const rounds = 8;
const longest = 200;

/** Undefined when an expression is left, as a parent or the command line would fill it. */
function interpolate(text: string | undefined, properties: ReadonlyMap<string, string>): string | undefined {
  let said = text;
  if (said !== undefined && said.length > longest) return undefined;
  for (let round = 0; round < rounds && said?.includes('${'); round++) {
    said = said.replace(/\$\{([^{}]*)\}/g, (whole, name: string) => properties.get(name) ?? whole);
    if (said.length > longest) return undefined;
  }
  return said?.includes('${') || said === '' ? undefined : said;
}
