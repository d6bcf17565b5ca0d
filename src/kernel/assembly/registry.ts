import './reflect-shim.js';
import { type DependencyContainer, type InjectionToken, instanceCachingFactory, container as root } from 'tsyringe';

/** A name in the registry that carries the type of what is registered under it. */
export type Token<T> = symbol & { readonly type?: T };

export const token = <T>(name: string): Token<T> => Symbol(name) as Token<T>;

/**
 * The registry: tokens and factories, no decorators. The hub has one; each run of a plugin instance gets a child, in which
 * its configuration and context are registered and which ends with it. Plugins never see it.
 */
export class Registry {
  readonly #container: DependencyContainer;

  constructor(container: DependencyContainer = root.createChildContainer()) {
    this.#container = container;
  }

  /** A value that exists already. */
  value<T>(key: Token<T>, value: T): this {
    this.#container.register(key as InjectionToken<T>, { useValue: value });
    return this;
  }

  /** Made at the first `resolve`, once. */
  factory<T>(key: Token<T>, make: (registry: Registry) => T): this {
    const useFactory = instanceCachingFactory((container) => make(new Registry(container)));
    this.#container.register(key as InjectionToken<T>, { useFactory });
    return this;
  }

  /** Throws when nothing is registered under the token: a fault of the program, never of its configuration. */
  resolve<T>(key: Token<T>): T {
    return this.#container.resolve<T>(key as InjectionToken<T>);
  }

  child(): Registry {
    return new Registry(this.#container.createChildContainer());
  }
}
