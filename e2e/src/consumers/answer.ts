import { expect } from 'vitest';
import { eventually } from '../waiting.ts';
import { succeed } from '../workspace.ts';
import type { RunningContainer } from './consumer.ts';
import { machineNetwork, type Network } from './network.ts';

/** Asks a service at the port that its log names, from within its network, and stops it. */
export async function expectAnswer(
  container: RunningContainer,
  { path, answer }: { readonly path: string; readonly answer: Readonly<Record<string, unknown>> },
  network: Network = machineNetwork,
): Promise<void> {
  try {
    const port = await eventually('a port', container, () => portIn(container.said.stdout));
    expect(JSON.parse(answerFrom(`http://127.0.0.1:${port}${path}`, network))).toMatchObject(answer);
  } finally {
    await container.stop();
  }
}

function answerFrom(url: string, network: Network): string {
  const script = `fetch(${JSON.stringify(url)}).then((it) => it.text()).then((it) => process.stdout.write(it))`;
  return succeed(...network.within(process.execPath, ['--eval', script]));
}

/** `Tomcat started on port 1234`, `listening on port 1234`, or the number alone on a line. */
function portIn(log: string): string | undefined {
  return /(?:started on port |listening on port |^)(\d{4,5})(?: \(http\).*)?\n/m.exec(log)?.[1];
}
