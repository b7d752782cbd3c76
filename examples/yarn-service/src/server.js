import Big from 'big.js';
import express from 'express';

const service = express();

/** Money is decimal: 3 times 0.10 is 0.30, and not 0.30000000000000004. */
service.get('/total', ({ query: { price, amount } }, response) => {
  response.json({ total: new Big(String(price)).times(String(amount)).toFixed(2) });
});

const server = service.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  process.stdout.write(`listening on port ${server.address().port}\n`);
});
