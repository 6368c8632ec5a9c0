/** Modes of agents in which no person is asked: the operator's settings must name them, and nothing else can choose them. */

const FREE_MODE =
  /(^|[-_ ])(auto|autopilot|bypass|yolo|full[-_ ]?access|accept[-_ ]?edits)([-_ ]|$)|^(autoEdit|acceptEdits|bypassPermissions|dontAsk)$/i;
/** A mode in which a model, or nobody, decides. */
export const isFreeMode = (id: string): boolean => FREE_MODE.test(id.slice(id.lastIndexOf('#') + 1));

/** Some ids of modes are addresses that end with the name. */
export const isCalled = (id: string, name: string): boolean => id === name || id.endsWith(`#${name}`);
