/** What the adapter uses of Next, which is a peer and not installed here. */
declare module 'next/server.js' {
  export class NextRequest extends Request {
    readonly nextUrl: URL;
  }
  export class NextResponse extends Response {
    static next(init?: { request?: { headers?: Headers } }): NextResponse;
  }
}

declare module 'next/headers.js' {
  interface CookieOptions {
    path: string;
    httpOnly: boolean;
    sameSite: 'lax';
    secure: boolean;
    maxAge: number;
  }
  export function headers(): Promise<Headers>;
  export function cookies(): Promise<{
    getAll(): { name: string; value: string }[];
    set(name: string, value: string, options: CookieOptions): unknown;
  }>;
}
