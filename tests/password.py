"""The password of everybody in the tests, and its hash.

The product's parameters take a fifth of a second, to hash and to check, and people sign in in
thousands of tests. Those that are about signing in hash as the product does.
"""

from argon2 import PasswordHasher

PASSWORD = "correct horse battery"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
