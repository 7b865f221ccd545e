import type { BranchNode, Node, RangeNode, TemplateNode, Tree } from './ast.ts'
import { isEmptyTree } from './ast.ts'
import { ExpressionCompiler } from './compileExpression.ts'
import type { Functions } from './functions.ts'
import { parseTemplate } from './parser.ts'
import { iterate } from './rangeValues.ts'
import type { CompiledTree, Run, Source, Statement } from './run.ts'
import { Scope } from './scope.ts'
import { FunctionError } from './templateError.ts'
import { isTrue } from './value.ts'
import type { Value } from './value.ts'

export interface CompileOptions {
  readonly name: string
  readonly functions: Functions
  /** Variables of the main text, with `$`, in the order of their slots from 1 on. */
  readonly variables?: readonly string[]
  /** Bytes that error columns on line 1 are shifted by. */
  readonly shift?: number
}

export interface CompiledTemplate {
  readonly main: CompiledTree
  readonly defined: ReadonlyMap<string, CompiledTree>
}

/** Parses a Go text/template and compiles it to closures. @throws TemplateError when it does not parse */
export function compileTemplate(text: string, options: CompileOptions): CompiledTemplate {
  const { name, functions, variables = [], shift = 0 } = options
  const hasFunction = (fn: string): boolean => functions.has(fn)
  const parsed = parseTemplate(text, { name, variables, hasFunction })
  const source = { name, text, shift }
  const defined = new Map<string, CompiledTree>()
  for (const [key, tree] of parsed.defined) {
    defined.set(key, compileTree(tree, source, functions, []))
  }
  return { main: compileTree(parsed.main, source, functions, variables), defined }
}

function compileTree(
  tree: Tree,
  source: Source,
  functions: Functions,
  variables: readonly string[],
): CompiledTree {
  const scope = new Scope(variables)
  const body = new StatementCompiler(functions, scope).list(tree.body)
  return { name: tree.name, source, isEmpty: isEmptyTree(tree), body, slots: scope.count }
}

const BREAK = 1
const CONTINUE = 2

class StatementCompiler {
  readonly #scope: Scope
  readonly #expressions: ExpressionCompiler

  constructor(functions: Functions, scope: Scope) {
    this.#scope = scope
    this.#expressions = new ExpressionCompiler(functions, scope)
  }

  list(nodes: readonly Node[]): Statement {
    const statements = nodes.map((node) => this.#statement(node))
    const [only] = statements
    if (statements.length === 1 && only !== undefined) return only
    return (run, dot) => {
      for (const statement of statements) {
        const flow = statement(run, dot)
        if (flow !== 0) return flow
      }
      return 0
    }
  }

  #statement(node: Node): Statement {
    switch (node.kind) {
      case 'text':
        return (run) => {
          run.writeText(node.text)
          return 0
        }
      case 'action': {
        const evaluate = this.#expressions.pipe(node.pipe)
        const isSilent = node.pipe.declared.length > 0
        return (run, dot) => {
          const value = evaluate(run, dot)
          run.node = node
          if (isSilent) run.spend(1)
          else run.writeValue(value)
          return 0
        }
      }
      case 'if':
      case 'with':
        return this.#branch(node)
      case 'range':
        return this.#range(node)
      case 'template':
        return this.#template(node)
      case 'break':
        return () => BREAK
      case 'continue':
        return () => CONTINUE
    }
  }

  #branch(node: BranchNode): Statement {
    const mark = this.#scope.mark()
    const evaluate = this.#expressions.pipe(node.pipe)
    const body = this.list(node.body)
    const otherwise = node.otherwise === null ? null : this.list(node.otherwise)
    this.#scope.release(mark)
    const isWith = node.kind === 'with'
    return (run, dot) => {
      run.spend(1)
      const value = evaluate(run, dot)
      if (isTrue(value)) return body(run, isWith ? value : dot)
      return otherwise === null ? 0 : otherwise(run, dot)
    }
  }

  #range(node: RangeNode): Statement {
    const mark = this.#scope.mark()
    const { declared, isAssign } = node.pipe
    const evaluate = this.#expressions.pipe({ ...node.pipe, declared: [] })
    const stores = declared.map((name) => this.#expressions.store(name, isAssign))
    const storeElement = stores.at(-1) ?? null
    const storeIndex = stores.length > 1 ? (stores[0] ?? null) : null
    const body = this.list(node.body)
    const otherwise = node.otherwise === null ? null : this.list(node.otherwise)
    this.#scope.release(mark)
    return (run, dot) => {
      const value = evaluate(run, dot)
      storeElement?.(run, value)
      storeIndex?.(run, value)
      const isEmpty = iterate(run, value, storeIndex !== null, (index, element) => {
        run.spend(1)
        storeElement?.(run, element)
        storeIndex?.(run, index)
        return body(run, element) === BREAK
      })
      return isEmpty && otherwise !== null ? otherwise(run, dot) : 0
    }
  }

  #template(node: TemplateNode): Statement {
    const evaluate = node.pipe === null ? null : this.#expressions.pipe(node.pipe)
    return (run, dot) => {
      run.node = node
      run.spend(1)
      const tree = run.lookup(node.name)
      if (tree === undefined) return run.fail(`template "${node.name}" not defined`)
      const value: Value = evaluate === null ? null : evaluate(run, dot)
      run.call(tree, value)
      return 0
    }
  }
}

/** Runs the main template with values for its predeclared variables. @throws TemplateError */
export function execute(run: Run, dot: Value, variables: readonly Value[]): string {
  run.variables = [dot, ...variables]
  try {
    run.tree.body(run, dot)
  } catch (error) {
    if (error instanceof FunctionError) run.fail(error.message, error)
    if (error instanceof RangeError) run.fail('template is nested too deeply', error)
    throw error
  }
  return run.out
}
