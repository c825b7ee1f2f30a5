import Relay
print("hi")
