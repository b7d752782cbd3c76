import { describe, expect, it } from 'vitest';
import { readStartScript } from './start-script.ts';

describe('a start script', () => {
  it("of Gradle's application plug-in names the application's jar first", () => {
    const script = `#!/bin/sh
# Add default JVM options here.
DEFAULT_JVM_OPTS=""
CLASSPATH=$APP_HOME/lib/shop-1.0.jar:$APP_HOME/lib/asm-9.7.jar
set -- \\
        -classpath "$CLASSPATH" \\
        com.acme.Shop \\
        "$@"
exec "$JAVACMD" "$@"
`;
    expect(readStartScript(script)).toEqual({ firstJar: 'lib/shop-1.0.jar', mainClass: 'com.acme.Shop' });
  });

  it('of Gradle for Windows does, too', () => {
    const script = 'set CLASSPATH=%APP_HOME%\\lib\\shop-1.0.jar;%APP_HOME%\\lib\\asm.jar\r\n';
    expect(readStartScript(script).firstJar).toBe('lib/shop-1.0.jar');
  });

  it('of the Application Assembler names the main class', () => {
    const script = `REPO="$BASEDIR"/lib
CLASSPATH="$BASEDIR"/etc:"$REPO"/asm-9.7.jar:"$REPO"/shop-1.0.jar
exec "$JAVACMD" $JAVA_OPTS  \\
  -classpath "$CLASSPATH" \\
  -Dapp.name="shop" \\
  com.acme.Shop \\
  "$@"
`;
    expect(readStartScript(script)).toEqual({ firstJar: undefined, mainClass: 'com.acme.Shop' });
  });

  it('may be something else', () => {
    expect(readStartScript('#!/bin/sh\necho hello\n')).toEqual({ firstJar: undefined, mainClass: undefined });
  });
});
