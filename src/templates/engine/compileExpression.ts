import { compileArgument, constant } from './arguments.ts'
import type { Argument, Expression } from './arguments.ts'
import { nodeText } from './ast.ts'
import type { CommandNode, Operand, PipeNode } from './ast.ts'
import { callFunction, callShortCircuit, fieldChain } from './evaluate.ts'
import type { Final } from './evaluate.ts'
import type { Functions } from './functions.ts'
import type { ReportedNode, Run } from './run.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

/** A command takes what the command before it in the pipeline gave. */
type Command = (run: Run, dot: Value, final: Final) => Value
type Identifier = Extract<Operand, { kind: 'identifier' }>
type Variable = Extract<Operand, { kind: 'variable' }>
type Chain = Extract<Operand, { kind: 'chain' }>

/** Compiles pipelines of one tree to closures; `scope` gives each variable its slot. */
export class ExpressionCompiler {
  readonly #functions: Functions
  readonly #scope: Scope

  constructor(functions: Functions, scope: Scope) {
    this.#functions = functions
    this.#scope = scope
  }

  /** The pipeline with its declarations and assignments. */
  pipe(pipe: PipeNode): Expression {
    const evaluate = this.#commands(pipe)
    if (pipe.declared.length === 0) return evaluate
    const stores = pipe.declared.map((name) => this.store(name, pipe.isAssign))
    return (run, dot) => {
      const value = evaluate(run, dot)
      for (const store of stores) store(run, value)
      return value
    }
  }

  /** Writes a variable: a new one, or with `=` the innermost of that name. */
  store(name: string, isAssign: boolean): (run: Run, value: Value) => void {
    const slot = isAssign ? this.#scope.find(name) : this.#scope.declare(name)
    if (slot === null) return (run) => run.fail(`undefined variable: ${name}`)
    return (run, value) => {
      run.variables[slot] = value
    }
  }

  #commands(pipe: PipeNode): Expression {
    const [first, ...rest] = pipe.commands.map((command) => this.#command(command))
    if (first === undefined) return () => null
    if (rest.length === 0) {
      return (run, dot) => {
        run.node = pipe
        return first(run, dot, undefined)
      }
    }
    return (run, dot) => {
      run.node = pipe
      let value = first(run, dot, undefined)
      for (const command of rest) value = command(run, dot, value)
      return value
    }
  }

  #command(command: CommandNode): Command {
    const [word, ...others] = command.words as [Operand, ...Operand[]]
    const args = others.map((operand) => this.#argument(operand))
    switch (word.kind) {
      case 'identifier':
        return this.#call(word, command, args)
      case 'field': {
        const walk = fieldChain(word.path, word, args)
        return at(word, (run, dot, final) => walk(run, dot, dot, final))
      }
      case 'variable':
        return this.#variable(word, args)
      case 'chain':
        return this.#chain(word, args)
      case 'pipe': {
        const inner = this.pipe(word)
        return withoutArguments(word, args, inner)
      }
      case 'dot':
        return at(
          word,
          withoutArguments(word, args, (_run, dot) => dot),
        )
      default:
        return at(
          word,
          withoutArguments(word, args, (run) => constant(run, word)),
        )
    }
  }

  #argument(node: Operand): Argument {
    switch (node.kind) {
      case 'bool':
      case 'number':
      case 'string':
      case 'nil':
        return compileArgument(node, null)
      case 'pipe':
        return compileArgument(node, this.pipe(node))
      default: {
        const command = this.#command({ kind: 'command', pos: node.pos, words: [node] })
        return compileArgument(node, (run, dot) => command(run, dot, undefined))
      }
    }
  }

  #call(word: Identifier, command: CommandNode, args: readonly Argument[]): Command {
    const fn = this.#functions.get(word.name)
    if (fn === undefined) {
      return at(word, (run) => run.fail(`"${word.name}" is not a defined function`))
    }
    const site = { name: word.name, node: command, args }
    const isShort = word.name === 'and' || word.name === 'or'
    const call = isShort ? callShortCircuit : callFunction
    return at(word, (run, dot, final) => call(run, dot, fn, site, final))
  }

  #variable(word: Variable, args: readonly Argument[]): Command {
    const read = this.#read(word.name)
    if (word.path.length === 0) return at(word, withoutArguments(word, args, read))
    const walk = fieldChain(word.path, word, args)
    return at(word, (run, dot, final) => walk(run, dot, read(run, dot), final))
  }

  #read(name: string): Expression {
    const slot = this.#scope.find(name)
    if (slot === null) return (run) => run.fail(`undefined variable: ${name}`)
    return (run) => {
      const value = run.variables[slot]
      return value === undefined ? run.fail(`undefined variable: ${name}`) : value
    }
  }

  #chain(word: Chain, args: readonly Argument[]): Command {
    const inner = word.of.kind === 'pipe' ? this.pipe(word.of) : this.#single(word.of)
    const walk = fieldChain(word.path, word, args)
    return at(word, (run, dot, final) => {
      run.node = word.of
      return walk(run, dot, inner(run, dot), final)
    })
  }

  #single(node: Operand): Expression {
    const command = this.#command({ kind: 'command', pos: node.pos, words: [node] })
    return (run, dot) => command(run, dot, undefined)
  }
}

function at(node: ReportedNode, command: Command): Command {
  return (run, dot, final) => {
    run.node = node
    return command(run, dot, final)
  }
}

function withoutArguments(node: Operand, args: readonly Argument[], evaluate: Expression): Command {
  if (args.length === 0) {
    return (run, dot, final) => (final === undefined ? evaluate(run, dot) : refuse(run, node))
  }
  return (run) => refuse(run, node)
}

function refuse(run: Run, node: Operand): never {
  return run.fail(`can't give argument to non-function ${nodeText(node)}`)
}
