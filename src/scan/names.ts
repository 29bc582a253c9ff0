// Names of tools, servers and parameters, taken apart into the words they were made of.

/** Words of a name, small letters: `readSshKey`, `read_ssh_key` and `read-ssh.key` are the same three. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, 400)
    .replace(/([a-z0-9])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Whether words hold one of these, which are words or runs of words with spaces between. */
export function holdsAny(words: readonly string[], wanted: readonly string[]): boolean {
  const text = ` ${words.join(' ')} `
  return wanted.some((each) => text.includes(` ${each} `))
}
