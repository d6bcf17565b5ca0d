export { factsOfSentence } from './facts.js';
export { type ClockTime, clockTime } from './field.js';
export type * from './messages.js';
export { type NmeaOptions, type ParsedSentence, parseSentence } from './parse.js';
export { readSentence, type Sentence, type SentenceFault, type SentenceOptions, withChecksum } from './sentence.js';
