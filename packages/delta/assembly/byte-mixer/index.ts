import { beginCoding } from './bit-coder';
import { beginExpecting } from './expected-bytes';
import { beginHistories } from './histories';
import { beginLogistic } from './logistic';
import { beginMixture } from './mixture';
import { beginRefining } from './refinement';

export { beginReading, endWriting, packedLength, packedPlace, takePacked } from './bit-coder';
export { code, codeAround, codeExpected } from './byte';
export { aroundPlace, contextsPlace } from './contexts';
export { codeBytes, codeCovers, codeNumbers, setAroundCover } from './walks';
export { windowsPlace } from './windows';

/**
 * Before the first byte of a section, and before a view of memory is made.
 * @param kinds of bytes, at most 32
 * @param tableBits of the length of the table of histories, at least 5
 * @param packed bytes that are read, to be put at `packedPlace`; -1 where bytes are written
 */
export function begin(kinds: i32, tableBits: i32, packed: i32): void {
  beginLogistic();
  beginMixture(kinds);
  beginExpecting(kinds);
  beginRefining(kinds);
  const end = beginHistories(kinds, tableBits);
  beginCoding(end, packed);
}
