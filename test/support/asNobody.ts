import { chmodSync } from 'node:fs'

const NOBODY = 65_534

/** Runs `action` without root's power to read everything; `folder` stays open to it. As another user: just runs it. */
export async function asNobody<T>(folder: string, action: () => Promise<T>): Promise<T> {
  const { geteuid, seteuid } = process
  if (geteuid === undefined || seteuid === undefined || geteuid() !== 0) return action()
  chmodSync(folder, 0o755)
  seteuid(NOBODY)
  try {
    return await action()
  } finally {
    seteuid(0)
  }
}
