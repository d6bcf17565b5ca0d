import type { Table } from './config.js';
import type { Finding } from './finding.js';
import { isTable, showHeader, showValue } from './toml-value.js';

const CLOCK_ID = /^(system|phc:[\w.:/-]+)$/;

/** `[clock.<id>]` is reserved for PTP hardware clocks: only the ids are checked yet. */
export function checkClocks(tree: Table): readonly Finding[] {
  if (!isTable(tree.clock)) return [];
  return Object.entries(tree.clock).flatMap(([id, table]): readonly Finding[] => {
    const path = ['clock', id];
    if (!isTable(table)) {
      const hint = 'write [clock."phc:eth0"]';
      return [{ code: 'TH_CFG_SHAPE', path, at: 'key', message: `${showHeader(['clock'])} has no clock's name`, hint }];
    }
    if (CLOCK_ID.test(id)) return [];
    const hint = /^(eth|en|ptp)\w*$/.test(id)
      ? `did you mean ${showHeader(['clock', `phc:${id}`])}?`
      : 'clocks: system, phc:eth0, phc:/dev/ptp0';
    return [{ code: 'TH_CFG_NAME', path, at: 'key', message: `${showValue(id)} is no clock`, hint }];
  });
}
