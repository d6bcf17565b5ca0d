import { expect } from 'chai';
import * as v from 'valibot';
import { hardwareClock, networkInterface, path, socketPath } from './names.js';

const takes = (schema: v.GenericSchema, text: string) => v.safeParse(schema, text).success;

/** Placeholders that a roll-out left in a template. */
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
      it(`is not a ${thing} if it is ${JSON.stringify(text)}`, () => expect(takes(schema, text)).to.equal(false));
  }

  for (const text of ['eth0', 'br-lan.100', 'eth0:1x'.replace(':', '.'), 'enp0s31f6', 'wlx0013ef', 'vB', 'eth0@if5'])
    it(`is an interface if it is ${text}`, () => expect(takes(schemas.interface, text)).to.equal(true));
  for (const text of ['eth0:1', 'a/b', '.', '..', 'a'.repeat(16), 'a b'])
    it(`is not an interface if it is ${text}`, () => expect(takes(schemas.interface, text)).to.equal(false));

  for (const text of ['eth0', 'ptp0', '/dev/ptp0', '/dev/ptp_kvm'])
    it(`is a hardware clock if it is ${text}`, () => expect(takes(schemas.clock, text)).to.equal(true));

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
    it(`is a path if it is ${text}`, () => expect(takes(schemas.path, text)).to.equal(true));
  for (const text of ['~/state', 'file:///var', '%S/timehub', `/${'a'.repeat(4095)}`])
    it(`is not a path if it is ${text.slice(0, 20)}`, () => expect(takes(schemas.path, text)).to.equal(false));

  it('is not a socket if its path is too long for an address', () => {
    expect(takes(schemas.socket, `/${'a'.repeat(106)}`)).to.equal(true);
    expect(takes(schemas.socket, `/${'a'.repeat(107)}`)).to.equal(false);
  });
});
