import * as v from 'valibot';

/**
 * A JSON object whose keys are data, such as labels or names of packages, as a valibot schema. In place of valibot's own `record`, which says
 * nothing and leaves out what is called `constructor` or `prototype`.
 */
export function mapOf<T extends v.GenericSchema>(value: T) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset, addIssue, NEVER }): Record<string, v.InferOutput<T>> => {
      const input = dataset.value;
      if (typeof input !== 'object' || input === null || Array.isArray(input)) {
        addIssue({ message: 'It is no JSON object', expected: 'Object' });
        return NEVER;
      }
      const entries: [string, v.InferOutput<T>][] = [];
      for (const [key, item] of Object.entries(input)) {
        const parsed = v.safeParse(value, item);
        if (!parsed.success) {
          const [{ message, expected, received, path = [] }] = parsed.issues;
          const step = { type: 'object', origin: 'value', input: { ...input }, key, value: item } as const;
          addIssue({ message, expected: expected ?? message, received, path: [step, ...path] });
          return NEVER;
        }
        entries.push([key, parsed.output]);
      }
      // Not by assignment, which would make `__proto__` something else.
      return Object.fromEntries(entries);
    }),
  );
}
