/** A clause as the end of a sentence: a question keeps its mark. */
export const ended = (clause: string): string => (clause.endsWith('?') ? clause : `${clause}.`);

/** A clause without its figures: what it is about. */
export const topicOf = (clause: string): string => clause.replace(/[\d.,-]+/g, '');
