import { expect } from 'chai';
import { Registry, token } from './registry.js';

describe('the registry', () => {
  const NUMBER = token<number>('number');
  const OBJECT = token<object>('object');

  it('makes a factory’s value once', () => {
    let made = 0;
    const registry = new Registry().factory(OBJECT, () => ({ made: ++made }));
    expect(registry.resolve(OBJECT)).to.equal(registry.resolve(OBJECT));
    expect(made).to.equal(1);
  });

  it('lets a child see its parent and keeps what is the child’s from it', () => {
    const parent = new Registry().value(NUMBER, 1);
    const child = parent.child().value(OBJECT, {});
    expect(child.resolve(NUMBER)).to.equal(1);
    expect(() => parent.resolve(OBJECT)).to.throw();
  });

  it('gives a factory the child’s own values', () => {
    const SUM = token<number>('sum');
    const child = new Registry()
      .value(NUMBER, 1)
      .child()
      .value(NUMBER, 2)
      .factory(SUM, (registry) => registry.resolve(NUMBER) + 1);
    expect(child.resolve(SUM)).to.equal(3);
  });
});
