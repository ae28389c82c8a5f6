import { createServer } from 'node:http'

// A process of its own: chat completions that cost next to nothing, the same for whoever calls.
const port = Number(process.argv[2])

const answer = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-instant',
    object: 'chat.completion',
    created: 1,
    model: 'instant',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'The sum starts at 0 and is right. '.repeat(12) },
        finish_reason: 'stop',
      },
    ],
    usage: { prompt_tokens: 310, completion_tokens: 96, total_tokens: 406 },
  }),
)
const headers = { 'content-type': 'application/json', 'content-length': answer.length }

const server = createServer((request, response) => {
  request.resume()
  request.once('end', () => {
    response.writeHead(200, headers)
    response.end(answer)
  })
})
// A bench pauses longer than Node's 5 s between two rounds.
server.keepAliveTimeout = 600_000
server.listen(port, '127.0.0.1')
