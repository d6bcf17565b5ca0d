import { expect } from 'chai';
import * as v from 'valibot';
import type { StandardSchema } from '../../../api/index.js';
import { expectation, isSurplusKey } from './expectation.js';

async function said(schema: StandardSchema, value: unknown): Promise<string | undefined> {
  const { issues } = await schema['~standard'].validate(value);
  return expectation(issues![0]!);
}

describe("a schema library's message, as the end of a sentence", () => {
  it("is valibot's", async () => {
    expect(await said(v.string(), 1)).to.equal('a text in quotes');
    expect(await said(v.boolean(), 1)).to.equal('true or false');
    expect(await said(v.array(v.string()), 1)).to.equal('a list');
    expect(await said(v.strictObject({}), 1)).to.equal('a table');
    expect(await said(v.picklist(['a', 'b']), 1)).to.equal('one of "a", "b"');
    expect(await said(v.pipe(v.number(), v.minValue(3)), 1)).to.equal('3 or more');
    expect(await said(v.pipe(v.number(), v.integer()), 1.5)).to.equal('a whole number');
    expect(await said(v.pipe(v.string(), v.nonEmpty()), '')).to.equal('not empty');
    expect(await said(v.pipe(v.string(), v.minLength(3)), '')).to.equal('3 or more long');
    expect(await said(v.pipe(v.string(), v.email()), 'x')).to.equal('a valid email');
    expect(await said(v.string('a host name'), 1)).to.equal('a host name');
    expect(await said(v.string('Give me a host!'), 1)).to.equal(undefined);
  });

  const others: readonly (readonly [string, string])[] = [
    ['Invalid input: expected string, received number', 'a text in quotes'],
    ['Invalid option: expected one of "a"|"b"', 'one of "a", "b"'],
    ['Too small: expected number to be >=1', '1 or more'],
    ['Too big: expected string to have <=5 characters', 'at most 5 characters'],
    ['Expected boolean, received string', 'true or false'],
    ['poll must be a number (was a string)', 'a number'],
    ['must be at least 3 (was 2)', 'at least 3'],
    ['on must be boolean (was 1)', 'true or false'],
    ['port (0.5) must be...\n  ◦ an integer\n  ◦ at least 1', 'an integer and at least 1'],
    ['Invalid input', 'a value of another kind'],
  ];
  for (const [message, expected] of others) {
    it(`is another's: ${message}`, () => {
      expect(expectation({ message })).to.equal(expected);
    });
  }

  it('recognises a key that should not be there, in the words of each library', async () => {
    const { issues } = await v.strictObject({}, 'a table')['~standard'].validate({ x: 1 });
    expect(issues!.map(isSurplusKey)).to.deep.equal([true]);
    expect(isSurplusKey({ message: 'Unrecognized key: "x"' })).to.equal(true);
    expect(isSurplusKey({ message: 'x must be removed' })).to.equal(true);
    expect(isSurplusKey({ message: 'a host name' })).to.equal(false);
  });
});
