import './reflect-shim.js';
import { type DependencyContainer, type InjectionToken, instanceCachingFactory, container as root } from 'tsyringe';

/** The key of a part, with the part's type. */
export type Token<T> = symbol & { readonly type?: T };

export const token = <T>(name: string): Token<T> => Symbol(name) as Token<T>;

/**
 * A container of parts by token, made by factories. The hub has one; each run of a plugin instance has a child with its plan
 * and scope. Plugins never see it. It wraps tsyringe without decorators.
 */
export class Registry {
  readonly #container: DependencyContainer;

  constructor(container: DependencyContainer = root.createChildContainer()) {
    this.#container = container;
  }

  /** Registers a value. The last registration of a token counts. */
  value<T>(key: Token<T>, value: T): this {
    this.#container.register(key as InjectionToken<T>, { useValue: value });
    return this;
  }

  /** Registers a factory, which runs once, at the first `resolve`. */
  factory<T>(key: Token<T>, make: (registry: Registry) => T): this {
    const useFactory = instanceCachingFactory((container) => make(new Registry(container)));
    this.#container.register(key as InjectionToken<T>, { useFactory });
    return this;
  }

  /** Throws if nothing is registered under the token: a fault of the program. */
  resolve<T>(key: Token<T>): T {
    return this.#container.resolve<T>(key as InjectionToken<T>);
  }

  child(): Registry {
    return new Registry(this.#container.createChildContainer());
  }
}
