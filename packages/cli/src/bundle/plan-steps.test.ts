import { type Digest, digestOf } from '@block-pack/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planInSteps, planVersions, type StepSearch, type Steps } from './plan-steps.ts';

/** What a past or the wanted image has: versions by the names of components. */
type Versions = Readonly<Record<string, number>>;

const digest = (object: string): Digest => digestOf(new TextEncoder().encode(object));
const objectsOf = (versions: Versions) => Object.entries(versions).map(([name, at]) => `${name}@${at}`);

function search(pasts: readonly Versions[]): StepSearch<string> {
  const inPast = (object: string, past: Versions | undefined) => {
    const [name = ''] = object.split('@');
    return past?.[name] === undefined ? undefined : `${name}@${past[name]}`;
  };
  return {
    digest,
    shared(object) {
      const [first, ...others] = pasts.map((past) => inPast(object, past));
      return others.every((one) => one === first) ? first : undefined;
    },
    inPast: async (object, at) => inPast(object, pasts[at]),
  };
}

const plan = (wanted: Versions, ...pasts: readonly Versions[]) => {
  const lacking = objectsOf(wanted).filter((one) => pasts.some((past) => !objectsOf(past).includes(one)));
  return planInSteps(lacking, pasts.length, search(pasts));
};

/** What a site has when it has made the steps that it needs, as the format tells a reader to. */
function made(steps: Steps<string>, wanted: Versions, past: Versions): ReadonlySet<string> {
  const has = new Set(objectsOf(past));
  const needed = new Set(objectsOf(wanted));
  const groups = [...steps].reverse().filter((step) => {
    if (!step.some(({ object }) => needed.has(object) && !has.has(object))) return false;
    for (const { base } of step) if (base !== undefined) needed.add(base);
    return true;
  });
  for (const step of groups.reverse()) {
    for (const { base } of step) if (base !== undefined) expect(has).toContain(base);
    for (const { object } of step) has.add(object);
  }
  return has;
}

it('brings each past to the next one, and the last to what is wanted', async () => {
  expect(await plan({ shop: 4 }, { shop: 1 }, { shop: 2 }, { shop: 2 }, { shop: 3 })).toEqual([
    [{ object: 'shop@2', base: 'shop@1' }],
    [],
    [{ object: 'shop@3', base: 'shop@2' }],
    [{ object: 'shop@4', base: 'shop@3' }],
  ]);
});

it('sends whole what one past has nothing like, and nothing on the way', async () => {
  expect(await plan({ shop: 3 }, {}, { shop: 2 })).toEqual([[], [{ object: 'shop@3', base: undefined }]]);
  expect(await plan({ shop: 3 }, { shop: 2 }, { shop: 3 })).toEqual([
    [{ object: 'shop@3', base: 'shop@2' }],
    [],
  ]);
});

it('brings every past to what is wanted, whatever came and went in between, and sends nothing twice', async () => {
  const versions = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(3));
  await fc.assert(
    fc.asyncProperty(versions, fc.array(versions, { minLength: 1, maxLength: 4 }), async (wanted, pasts) => {
      const steps = await plan(wanted, ...pasts);
      const sent = steps.flat().map(({ object }) => object);
      expect(new Set(sent).size).toBe(sent.length);
      for (const past of pasts)
        for (const object of objectsOf(wanted)) expect(made(steps, wanted, past)).toContain(object);
    }),
    { numRuns: 500 },
  );
});

/** Of versions such as `shop@2` the one before it among those that come. */
function earlier(objects: readonly string[]): (string | undefined)[] {
  const nameOf = (object: string) => object.split('@')[0];
  return objects.map((one, at) => objects.slice(0, at).findLast((other) => nameOf(other) === nameOf(one)));
}

it('sends the first version of what no past has whole, and each other one as a change of it', () => {
  const steps = [[], ['a@1', 'b@1', 'b@2', 'a@2', 'b@3'].map((object) => ({ object, base: undefined }))];
  expect(planVersions(steps, earlier)).toEqual([
    [],
    [
      { object: 'a@1', base: undefined },
      { object: 'b@1', base: undefined },
    ],
    [
      { object: 'b@2', base: 'b@1' },
      { object: 'a@2', base: 'a@1' },
    ],
    [{ object: 'b@3', base: 'b@2' }],
  ]);
});

it('leaves what a past has something for as it was planned', () => {
  const steps = [
    [...['a@1', 'a@2'].map((object) => ({ object, base: 'a@0' })), { object: 'b@1', base: undefined }],
  ];
  expect(planVersions(steps, earlier)).toEqual(steps);
  expect(planVersions([], earlier)).toEqual([[]]);
});

it('makes a hundred versions in few steps, each of what a step before brings', () => {
  const objects = Array.from({ length: 100 }, (_, version) => `a@${version}`);
  const steps = planVersions([objects.map((object) => ({ object, base: undefined }))], earlier);
  expect(steps).toHaveLength(17);
  const has = new Set<string>();
  for (const step of steps) {
    for (const { base } of step) if (base !== undefined) expect(has).toContain(base);
    for (const { object } of step) has.add(object);
  }
  expect([...has].sort()).toEqual([...objects].sort());
});
