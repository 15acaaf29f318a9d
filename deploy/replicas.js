// Makes the replica set, or finds that it is there, and waits for a primary.
try {
  rs.status();
} catch (error) {
  rs.initiate({
    _id: "rs0",
    members: ["mongo1:27017", "mongo2:27017", "mongo3:27017"].map((host, _id) => ({ _id, host })),
  });
}
for (let tries = 0; tries < 60; tries += 1) {
  if (rs.status().members.some((member) => member.stateStr === "PRIMARY")) quit(0);
  sleep(1000);
}
print("The replica set has no primary after a minute.");
quit(1);
