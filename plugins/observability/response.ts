import { toJson } from './json.js';

/** A response that is ready to be sent. */
export interface HttpResponse {
  readonly status: number;
  readonly type: string;
  readonly body: Uint8Array;
}

export const JSON_TYPE = 'application/json; charset=utf-8';
export const TEXT_TYPE = 'text/plain; charset=utf-8';

export const json = (body: unknown, status = 200): HttpResponse => encoded(`${toJson(body)}\n`, JSON_TYPE, status);
export const text = (body: string, status = 200): HttpResponse => encoded(`${body}\n`, TEXT_TYPE, status);
export const encoded = (body: string, type: string, status = 200): HttpResponse => ({
  status,
  type,
  body: Buffer.from(body),
});
