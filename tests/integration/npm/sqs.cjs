// Serves SQS on a free port of the loopback interface, prints the port, and ends when its standard input does.
const { createSqsServer } = require("local-aws-sqs");

// No waiting for 60 s after a queue was deleted: no test makes the same queue again.
createSqsServer({ port: 0, hostname: "127.0.0.1", emulateQueueCreationLifecycle: false }).then((server) => {
  console.log(server.address().port);
  process.stdin.on("end", () => process.exit(0)).resume();
});
