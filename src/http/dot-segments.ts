// Segments `.` and `..` of a path, however their dots and slashes are spelled: what stands before them is not where they lead.

// Dots, slashes and backslashes may be escaped; a path parameter (`..;x`) ends a segment for some servers (CVE-2026-3872 and its kin).
const segment = /(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/?#;\\]|%2f|%5c|$)/i

/** Whether the path of a request target or of an address has one; what follows the first `?` or `#` is no path. */
export function hasDotSegments(target: string): boolean {
  if (!target.includes('.') && !target.includes('%')) return false
  const end = target.search(/[?#]/)
  return segment.test(end < 0 ? target : target.slice(0, end + 1))
}
