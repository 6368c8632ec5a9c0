/** What a figure leaves behind is undone, last things first, however it ends: also when it is interrupted. */

const undoings: (() => unknown)[] = [];

/** Says how to undo what was just made. */
export function afterwards(undo: () => unknown): void {
  undoings.push(undo);
}

let undoing: Promise<void> | null = null;
let isEnding = false;

/** Whoever asks while it is under way waits for the same. */
function undoEverything(): Promise<void> {
  undoing ??= undoAll().finally(() => {
    undoing = null;
  });
  return undoing;
}

async function undoAll(): Promise<void> {
  for (let undo = undoings.pop(); undo; undo = undoings.pop()) {
    try {
      await undo();
    } catch (error) {
      console.error(error);
    }
  }
}

/** Runs a part and undoes what it left. One that fails because everything ends does not go on to the next. */
export async function tidily<T>(part: () => Promise<T>): Promise<T> {
  try {
    return await part();
  } finally {
    await undoEverything();
    if (isEnding) await new Promise(() => {});
  }
}

async function giveUp(): Promise<never> {
  isEnding = true;
  await undoEverything();
  process.exit(2);
}

/** A signal, or a mistake that nobody caught, leaves nothing behind either. */
export function tidyOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, giveUp);
  process.once('uncaughtException', (error) => {
    console.error(error);
    void giveUp();
  });
}
