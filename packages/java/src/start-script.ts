/** What a start script tells of the application it starts. */
export interface StartScript {
  /** The first jar of the class path, relative to the distribution: Gradle puts the application's own there. */
  readonly firstJar: string | undefined;
  readonly mainClass: string | undefined;
}

const className = /(?:^|\s)((?:[a-z_][\w]*\.)+[A-Z][\w$]*)(?=\s|$)/g;

/** Understands the start scripts, for Unix and Windows, that Gradle's application plug-in and the Application Assembler of Maven write. */
export function readStartScript(text: string): StartScript {
  return { firstJar: gradleFirstJar(text), mainClass: startedClass(text) };
}

function gradleFirstJar(text: string): string | undefined {
  const found = /^(?:set )?CLASSPATH=(?:\$APP_HOME|%APP_HOME%)[/\\]([^:;"\s]+\.jar)/im.exec(text)?.[1];
  return found?.replaceAll('\\', '/');
}

/** The last class named before the user's own arguments. */
function startedClass(text: string): string | undefined {
  const found: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(#|@?rem\b|::)/i.test(line)) continue;
    const command = line.replace(/("\$@"|%\*|%CMD_LINE_ARGS%).*/s, '').replace(/\\\s*$/, '');
    for (const [, name] of command.matchAll(className)) if (name !== undefined) found.push(name);
  }
  return found.at(-1);
}
