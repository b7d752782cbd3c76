import { byName } from '../by-name.ts';
import { deltaInvalid } from '../difference/delta-invalid.ts';
import { VarintReader, VarintWriter } from '../varint.ts';
import type { ClassSource } from './class-source.ts';

/** What a section whose class files are written by units has beside its other streams, in the order of the format. */
export const unitStreamNames = [
  'unitClasses',
  'unitConstants',
  'unitSeeks',
  'unitTexts',
  'units',
  'unitValues',
] as const;

export type UnitStreamName = (typeof unitStreamNames)[number];

export type UnitStreams = Readonly<Record<UnitStreamName, Uint8Array>>;

export type UnitStreamWriters = Readonly<Record<UnitStreamName, VarintWriter>>;

export function openUnitWriters(): UnitStreamWriters {
  return eachUnitStream(() => new VarintWriter());
}

export function eachUnitStream<T>(make: (name: UnitStreamName) => T): Readonly<Record<UnitStreamName, T>> {
  return byName(unitStreamNames, make);
}

/** What streams say that are not mixed, as those by which a writer looks whether a class file comes back. */
export class PlainClassSource implements ClassSource {
  readonly #from: Readonly<Record<UnitStreamName, VarintReader>>;

  constructor(streams: UnitStreams) {
    this.#from = eachUnitStream(
      (name) => new VarintReader(streams[name], `the ${name} of class files`, deltaInvalid),
    );
  }

  get isLast(): boolean {
    return this.#from.unitClasses.atEnd;
  }

  end(): void {
    eachUnitStream((name) => this.#from[name].end());
  }

  number(): number {
    return this.#from.unitClasses.next();
  }

  step(): number {
    return this.#from.unitConstants.nextByte();
  }

  seek(): number {
    return this.#from.unitSeeks.nextSigned();
  }

  text(): Uint8Array {
    return this.#from.unitTexts.takeUntil(0);
  }

  isSame(): boolean {
    return this.#from.units.nextByte() === 0;
  }

  byte(): number {
    return this.#from.unitValues.nextByte();
  }

  beginConstants(): void {}
  beginValues(): void {}
  follow(): void {}
  named(): void {}
}
