// Made by `npm run wasm` of packages/delta/assembly/deflate.
export const deflateProgram =
  'AGFzbQEAAAABBgFgAX8BfwMCAQAFAwEAAAcbAg5kaXN0YW5jZVN5bWJvbAAABm1lbW9yeQIACi0BKwEBfyAAQQFrIgFBBE8Ef0EeIAFnayIAQQF0QQJqIAEgAHZBAXFqBSABCws=';
