import { expect } from 'chai';
import * as v from 'valibot';
import { hardwareClock, networkInterface, path, socketPath } from './names.js';

const takes = (schema: v.GenericSchema, text: string) => v.safeParse(schema, text).success;

/** Marks that roll-outs leave behind when they do not fill a template in. */
const TEMPLATES = [
  '$'.concat('{X}'),
  '{{ x }}',
  '{{x}}',
  '{x}',
  '<x>',
  '<%= x %>',
  '%X%',
  '$X',
  '$(x)',
  '@X@',
  '[[ x ]]',
  '%(x)s',
  '__X__',
];

describe('a value that names a thing of the machine', () => {
  const schemas = {
    interface: networkInterface(),
    clock: hardwareClock(),
    path: path('a path'),
    socket: socketPath('a path'),
  };
  for (const [thing, schema] of Object.entries(schemas)) {
    for (const text of [
      ...TEMPLATES,
      ...TEMPLATES.map((template) => `/run/${template}/a`),
      '',
      ' ',
      ' eth0',
      'eth0\n',
      'a\0b',
    ])
      it(`is no ${thing} when it is ${JSON.stringify(text)}`, () => expect(takes(schema, text)).to.equal(false));
  }

  for (const text of ['eth0', 'br-lan.100', 'eth0:1x'.replace(':', '.'), 'enp0s31f6', 'wlx0013ef', 'vB', 'eth0@if5'])
    it(`is an interface when it is ${text}`, () => expect(takes(schemas.interface, text)).to.equal(true));
  for (const text of ['eth0:1', 'a/b', '.', '..', 'a'.repeat(16), 'a b'])
    it(`is no interface when it is ${text}`, () => expect(takes(schemas.interface, text)).to.equal(false));

  for (const text of ['eth0', 'ptp0', '/dev/ptp0', '/dev/ptp_kvm'])
    it(`is a hardware clock when it is ${text}`, () => expect(takes(schemas.clock, text)).to.equal(true));

  for (const text of [
    '/var/lib/timehub',
    'state',
    './state',
    '../x',
    '/srv/a b/c',
    '/var/lib/timehub@1',
    '/srv/50%',
    '/etc/ü',
  ])
    it(`is a path when it is ${text}`, () => expect(takes(schemas.path, text)).to.equal(true));
  for (const text of ['~/state', 'file:///var', '%S/timehub', `/${'a'.repeat(4095)}`])
    it(`is no path when it is ${text.slice(0, 20)}`, () => expect(takes(schemas.path, text)).to.equal(false));

  it('is no socket when its path does not fit into an address', () => {
    expect(takes(schemas.socket, `/${'a'.repeat(106)}`)).to.equal(true);
    expect(takes(schemas.socket, `/${'a'.repeat(107)}`)).to.equal(false);
  });
});
