/**
 * A browser keeps six connections to a server without TLS, for all tabs together. Four of them at most are streams;
 * whoever finds no place looks in now and then instead, so that no tab waits for another.
 */
const PLACES = 4;

type StreamPlace = { isOwn: boolean; leave: () => void };

export async function takePlace(signal: AbortSignal): Promise<StreamPlace> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return { isOwn: true, leave: () => {} };
  for (let number = 1; number <= PLACES && !signal.aborted; number += 1) {
    const leave = await tryPlace(locks, `chainkeel.stream.${number}`);
    if (leave) return { isOwn: true, leave };
  }
  return { isOwn: false, leave: () => {} };
}

/** Holds a lock until the answer is called; none where somebody else holds it. */
function tryPlace(locks: LockManager, name: string): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(undefined);
          return undefined;
        }
        return new Promise<void>((leave) => resolve(leave));
      })
      .catch(() => resolve(undefined));
  });
}
