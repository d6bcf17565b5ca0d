export * from './evaluate.js';
export {
  CLIENT_COOKIE_AT,
  DRAFT,
  eraOf,
  UPGRADE_FRACTION,
  UPGRADE_SECONDS,
  UPGRADE_TIMESTAMP,
  VERSION_5,
} from './packet.js';
export * from './reference-ids.js';
export * from './request.js';
export * from './server.js';
export * from './version-choice.js';
