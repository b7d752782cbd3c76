/** Seconds since 1970 of an MS-DOS date and time, if it is in UTC. Fields beyond their range overflow into the next. */
export function secondsOf(time: number): number {
  const date = Math.floor(time / 0x10000);
  const clock = time % 0x10000;
  const days = Date.UTC(1980 + (date >> 9), ((date >> 5) & 15) - 1, date & 31) / 1000;
  return days + (clock >> 11) * 3600 + ((clock >> 5) & 63) * 60 + (clock & 31) * 2;
}
