import { BlockPackError } from '@block-pack/core';
import { describe, expect, it } from 'vitest';
import { createdTime, parsePairs, parsePlatforms, parseSettings } from './image-settings.ts';

function hint(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof BlockPackError && error.code === 'USAGE') return `${error.message} ${error.hint}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('how an image is run', () => {
  it('is told in plain words, or in JSON where a word holds what a shell would look at', () => {
    expect(parseSettings({ entrypoint: ' java  -jar /a.jar ' }).entrypoint).toEqual([
      'java',
      '-jar',
      '/a.jar',
    ]);
    expect(parseSettings({ cmd: '["a b","$X"]' }).cmd).toEqual(['a b', '$X']);
    expect(parseSettings({ cmd: '' }).cmd).toEqual([]);
    for (const cmd of ['say "hi"', 'a && b', '$HOME/x', '["a",1]', '["a"', '["\\u0000"]'])
      expect(
        hint(() => parseSettings({ cmd })),
        cmd,
      ).toContain('JSON array');
  });

  it('keeps what stands behind the first = of a variable or label, whatever it is', () => {
    expect(parsePairs('--env', ['A=', 'B=x=y', 'A=2'])).toEqual(
      new Map([
        ['A', '2'],
        ['B', 'x=y'],
      ]),
    );
    for (const text of ['A', '=x', '', 'A=\0'])
      expect(hint(() => parsePairs('--env', [text]))).toContain('KEY=value');
  });

  it('spells ports and directories in one way', () => {
    expect(
      parseSettings({ expose: ['08080', '53/udp'], volume: ['/data/'], workdir: '/app/' }),
    ).toMatchObject({
      ports: ['8080/tcp', '53/udp'],
      volumes: ['/data'],
      workdir: '/app',
    });
    for (const port of ['0', '65536', '80/http', '-1', 'x'])
      expect(hint(() => parseSettings({ expose: [port] }))).toContain('53/udp');
    expect(hint(() => parseSettings({ workdir: 'app' }))).toContain('--workdir');
    expect(hint(() => parseSettings({ volume: ['../x'] }))).toContain('--volume');
  });

  it('knows users and signals by name or number', () => {
    for (const user of ['app', '1000', '1000:1000', 'app:staff'])
      expect(parseSettings({ user }).user).toBe(user);
    for (const user of ['', 'a b', 'a:b:c', ':x'])
      expect(hint(() => parseSettings({ user }))).toContain('1000:1000');
    for (const stopSignal of ['SIGINT', 'SIGRTMIN+3', '2'])
      expect(parseSettings({ stopSignal })).toMatchObject({ stopSignal });
    for (const stopSignal of ['TERM', '0', ''])
      expect(hint(() => parseSettings({ stopSignal }))).toContain('SIGINT');
  });

  it('leaves to the base what is not told', () => {
    expect(Object.values(parseSettings({})).filter((value) => value !== undefined)).toEqual([]);
  });
});

describe('platforms', () => {
  it('are named one by one, or are all of the base', () => {
    expect(parsePlatforms(['linux/arm/v7', 'windows/amd64'])).toMatchObject([
      { variant: 'v7' },
      { os: 'windows' },
    ]);
    expect([parsePlatforms(), parsePlatforms(['all'])]).toEqual([[], undefined]);
    for (const text of ['linux', 'linux/', 'linux/arm/v7/x', 'Linux/AMD64', 'linux/..'])
      expect(hint(() => parsePlatforms([text]))).toContain('linux/amd64');
    expect(hint(() => parsePlatforms(['all', 'linux/amd64']))).toContain('alone');
  });
});

describe('the time of creation', () => {
  it('is 1970 unless the sources have another', () => {
    expect([createdTime(undefined), createdTime(''), createdTime('1700000000')]).toEqual([
      '1970-01-01T00:00:00Z',
      '1970-01-01T00:00:00Z',
      '2023-11-14T22:13:20Z',
    ]);
    for (const text of ['now', '-1', '1.5', '999999999999'])
      expect(hint(() => createdTime(text))).toContain(text);
  });
});
