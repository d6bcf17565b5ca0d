import { expect } from 'chai';
import { parseServer } from './address.js';
import { isHostName } from './host-name.js';

describe('the name of a host', () => {
  for (const name of [
    'ntp.example.org',
    'ntp.example.org.',
    'localhost',
    'NTP1',
    'ntp_server.example',
    '_ntp._udp.example',
    '1.2.3.4.in-addr.arpa',
    '3com.example',
    'xn--mller-kva.example',
    'müller.example',
    'r3---sn-4g5.example',
    'CHANGEME',
    `${'a'.repeat(63)}.example`,
    `${'a.'.repeat(125)}ab`,
  ])
    it(`can be ${name.slice(0, 40)}`, () => expect(isHostName(name)).to.equal(true));

  for (const text of [
    '',
    '.',
    '-',
    '-a.example',
    'a..example',
    '.example',
    'a b',
    '192.168.1.300',
    '256.1.1.1',
    '10.0.0',
    '1.2.3.4.5',
    '10.0.0.1.',
    '10.0.0.01',
    '0x7f.1',
    '0x7f000001',
    '123',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that was not filled in
    '${NTP_SERVER}',
    '$NTP_SERVER',
    '{{ server }}',
    '{{server}}',
    '{server}',
    '<server>',
    '%SERVER%',
    '@SERVER@',
    '__NTP_SERVER__',
    'ntp.example.org/',
    'ntp:example',
    'a,b',
    'a@b',
    "ntp'",
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(126)}abc`,
  ])
    it(`cannot be "${text.slice(0, 40)}"`, () => expect(isHostName(text)).to.equal(false));
});

describe('a server', () => {
  for (const [text, host, port] of [
    ['ntp.example.org.', 'ntp.example.org.', 123],
    ['fe80::1%eth0', 'fe80::1%eth0', 123],
    ['[fe80::1%br-lan.7]:11123', 'fe80::1%br-lan.7', 11123],
    ['192.0.2.1:65535', '192.0.2.1', 65535],
  ] as const)
    it(`can be ${text}`, () => expect(parseServer(text)).to.deep.equal({ host, port }));

  for (const text of [
    '10.0.0',
    '192.168.1.300:123',
    '10.0.0.1/24',
    '10.0.0.1:70000',
    '10.0.0.1:abc',
    '10.0.0.1:',
    '[::1',
    '::1]',
    '[10.0.0]:123',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that was not filled in
    'fe80::1%${IF}',
    'fe80::1%',
    '192.0.2.1%eth0',
    'ntp://ntp.example.org',
    ' ntp.example.org',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a template that was not filled in
    '${NTP_SERVER}:123',
  ])
    it(`cannot be "${text}"`, () => expect(parseServer(text)).to.equal(undefined));
});
