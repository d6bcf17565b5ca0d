import { type AnyNode, type Node, type Program, parse } from 'acorn';
import { full } from 'acorn-walk';

/** The name of the counters in instrumented code. Each edge has one octet. */
export const COUNTERS = 'timehubFuzzEdges';

export type Constant = string | number | bigint;

export interface Instrumented {
  readonly code: string;
  readonly edges: number;
  /** Constants of the counted code, in its order: the code compares inputs with them. */
  readonly constants: readonly Constant[];
}

/** esbuild names each module of a bundle in a comment before it. */
const MODULE = /^ (\S+\.[cm]?[jt]s)$/;

type Insert = readonly [at: number, order: number, text: string];

/**
 * Adds a counter to each function, branch, loop and right side of a logical operator of a bundle, in the modules whose paths
 * `isCounted` accepts.
 */
export function instrument(bundle: string, isCounted: (module: string) => boolean): Instrumented {
  const modules: { readonly at: number; readonly counted: boolean }[] = [{ at: 0, counted: false }];
  const tree: Program = parse(bundle, {
    ecmaVersion: 2022,
    sourceType: 'module',
    onComment: (_isBlock, text, at) => {
      const path = MODULE.exec(text)?.[1];
      if (path !== undefined) modules.push({ at, counted: isCounted(path) });
    },
  });
  const inserts: Insert[] = [];
  const constants = new Set<Constant>();
  let edges = 0;
  const count = (): string => `${COUNTERS}[${edges++}]++`;
  const put = (at: number, order: number, text: string): number => inserts.push([at, order, text]);
  /** If two nodes begin or end at the same place, the text around the outer one encloses the text around the inner one. */
  const wrap = (node: Node, before: string, after: string): void => {
    put(node.start, node.start - node.end, before);
    put(node.end, node.end - node.start, after);
  };
  const expression = (node: Node): void => wrap(node, `(${count()},`, ')');
  const statement = (node: Node): void => {
    if (node.type === 'BlockStatement') put(node.start + 1, 0, `${count()};`);
    else wrap(node, `{${count()};`, '}');
  };

  full(tree, (any) => {
    const node = any as AnyNode;
    if (modules.findLast(({ at }) => at <= node.start)?.counted !== true) return;
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
        if (node.body.type === 'BlockStatement') statement(node.body);
        else expression(node.body);
        break;
      case 'IfStatement':
        statement(node.consequent);
        if (node.alternate != null) statement(node.alternate);
        else put(node.end, node.end - node.start, ` else ${count()};`);
        break;
      case 'ConditionalExpression':
        expression(node.consequent);
        expression(node.alternate);
        break;
      case 'LogicalExpression':
        expression(node.right);
        break;
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
      case 'CatchClause':
        statement(node.body);
        break;
      case 'SwitchCase':
        if (node.consequent.length > 0) put(node.consequent[0]!.start, Number.NEGATIVE_INFINITY, `${count()};`);
        break;
      case 'Literal':
        if (isConstant(node.value)) constants.add(node.value);
        break;
    }
  });
  return { code: apply(bundle, inserts), edges, constants: [...constants] };
}

const isConstant = (value: unknown): value is Constant => ['string', 'number', 'bigint'].includes(typeof value);

function apply(source: string, inserts: Insert[]): string {
  inserts.sort(([a, first], [b, second]) => a - b || (first === second ? 0 : first - second));
  const parts: string[] = [];
  let from = 0;
  for (const [at, , text] of inserts) {
    parts.push(source.slice(from, at), text);
    from = at;
  }
  return [...parts, source.slice(from)].join('');
}
