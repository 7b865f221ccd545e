import type { NumberLiteral } from './literals.ts'

/** Parts of a parsed template. `pos` is where Go reports errors of that part, an index into the source. */
export type Node =
  | TextNode
  | ActionNode
  | BranchNode
  | RangeNode
  | TemplateNode
  | { readonly kind: 'break' | 'continue'; readonly pos: number }

export interface TextNode {
  readonly kind: 'text'
  readonly pos: number
  readonly text: string
}
export interface ActionNode {
  readonly kind: 'action'
  readonly pos: number
  readonly pipe: PipeNode
}
export interface BranchNode {
  readonly kind: 'if' | 'with'
  readonly pos: number
  readonly pipe: PipeNode
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | null
}
export interface RangeNode {
  readonly kind: 'range'
  readonly pos: number
  readonly pipe: PipeNode
  readonly body: readonly Node[]
  readonly otherwise: readonly Node[] | null
}
export interface TemplateNode {
  readonly kind: 'template'
  readonly pos: number
  readonly name: string
  readonly pipe: PipeNode | null
}
export interface PipeNode {
  readonly kind: 'pipe'
  readonly pos: number
  /** Names with `$`. */
  readonly declared: readonly string[]
  readonly isAssign: boolean
  readonly commands: readonly CommandNode[]
}
export interface CommandNode {
  readonly kind: 'command'
  readonly pos: number
  readonly words: readonly Operand[]
}
export type Operand =
  | { readonly kind: 'identifier'; readonly pos: number; readonly name: string }
  | { readonly kind: 'field'; readonly pos: number; readonly path: readonly string[] }
  | {
      readonly kind: 'variable'
      readonly pos: number
      readonly name: string
      readonly path: readonly string[]
    }
  | {
      readonly kind: 'chain'
      readonly pos: number
      readonly of: Operand
      readonly path: readonly string[]
    }
  | { readonly kind: 'dot' | 'nil'; readonly pos: number }
  | { readonly kind: 'bool'; readonly pos: number; readonly value: boolean }
  | {
      readonly kind: 'number'
      readonly pos: number
      readonly text: string
      readonly literal: NumberLiteral
    }
  | {
      readonly kind: 'string'
      readonly pos: number
      readonly quoted: string
      readonly value: string
    }
  | PipeNode

/** One named text: the main one, or what a `define` or `block` holds. */
export interface Tree {
  readonly name: string
  readonly body: readonly Node[]
}

/** Whether a tree holds nothing but blanks: then it never replaces another of its name. */
export function isEmptyTree(tree: Tree): boolean {
  return tree.body.every((node) => node.kind === 'text' && node.text.trim() === '')
}

/** A part of a template as Go prints it in error messages. */
export function nodeText(node: ActionNode | TemplateNode | CommandNode | Operand): string {
  switch (node.kind) {
    case 'action':
      return `{{${nodeText(node.pipe)}}}`
    case 'template':
      return `{{template "${node.name}"${node.pipe === null ? '' : ` ${nodeText(node.pipe)}`}}}`
    case 'pipe': {
      const declared = node.declared.join(', ')
      const lead = declared === '' ? '' : `${declared} ${node.isAssign ? '=' : ':='} `
      return lead + node.commands.map(nodeText).join(' | ')
    }
    case 'command':
      return node.words.map(operandText).join(' ')
    case 'identifier':
      return node.name
    case 'field':
      return node.path.map((name) => `.${name}`).join('')
    case 'variable':
      return [node.name, ...node.path].join('.')
    case 'chain':
      return `${operandText(node.of)}.${node.path.join('.')}`
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'number':
      return node.text
    case 'string':
      return node.quoted
  }
}

function operandText(node: Operand): string {
  return node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node)
}
