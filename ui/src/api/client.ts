/** The one door to the server: same origin, cookie session, problem details for errors. */

export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
  ) {
    super(detail || title || String(status))
  }
}

export type Query = Record<string, string | number | readonly (string | number)[] | null | undefined>

export interface Call {
  query?: Query
  body?: unknown
  signal?: AbortSignal
}

const ROOT = '/api/v1'
let csrf = ''
let signedOut: () => void = () => undefined

/** Kept in memory only; every write sends it. */
export function useCsrf(token: string): void {
  csrf = token
}

/** Called whenever the server says that nobody is signed in. */
export function onSignedOut(call: () => void): void {
  signedOut = call
}

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one))
  }
  const text = search.toString()
  return `${ROOT}${path}${text ? `?${text}` : ''}`
}

async function problem(response: Response): Promise<ProblemError> {
  const text = await response.text()
  try {
    const body = JSON.parse(text) as { title?: string; detail?: unknown }
    const detail = typeof body.detail === 'string' ? body.detail : ''
    return new ProblemError(response.status, body.title ?? response.statusText, detail)
  } catch {
    // A proxy in between answers with a page of its own; its status is all there is to tell.
    return new ProblemError(response.status, response.statusText, '')
  }
}

export async function call<T>(method: string, path: string, { query, body, signal }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf
  const response = await fetch(address(path, query), {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: signal ?? null,
    credentials: 'same-origin',
  })
  if (!response.ok) {
    // The first look at the session, and a wrong password, are no sign-out.
    if (response.status === 401 && path !== '/session') signedOut()
    throw await problem(response)
  }
  return (response.status === 204 ? undefined : await response.json()) as T
}
