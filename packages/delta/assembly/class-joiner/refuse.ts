/** Ends the call: who called makes the section again in TypeScript, which says what is wrong. The program can be begun again. */
export function refuse(): void {
  unreachable();
}
