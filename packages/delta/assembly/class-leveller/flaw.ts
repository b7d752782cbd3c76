/** What is wrong with the bytes that were given, and a number that tells more: packages/delta/src/class/class-leveller.ts has the words. */
export enum Flaw {
  none,
  classEnds,
  noClass,
  unknownTag,
  halfConstant,
  constantCount,
  moreConstants,
  unknownOrder,
  streamEnds,
  streamLeft,
  largeNumber,
  emptyRun,
  notFree,
  notRenumbered,
  noIndex,
  moreThanText,
  editLeft,
  tooLong,
  sourceOutside,
  attributeName,
  attributeLength,
  codeEnds,
  unknownInstruction,
  instructionEnds,
  tableEnds,
  emptyTable,
  unknownFrame,
  unknownVerified,
  deepAnnotation,
  unknownAnnotation,
  unknownTarget,
}

let seen: Flaw = Flaw.none;
let seenNumber: f64 = 0;

/** Since it was taken last. */
export function takeFlaw(): i32 {
  const taken = seen;
  seen = Flaw.none;
  return taken;
}

export function flawNumber(): f64 {
  return seenNumber;
}

/** Ends the call: nothing has to look for flaws on the way back. The program can be called again. */
export function refuse(what: Flaw, number: f64 = 0): void {
  seen = what;
  seenNumber = number;
  unreachable();
}
