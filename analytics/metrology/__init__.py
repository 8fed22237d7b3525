"""Settlement meters as the store knows them: findings, and corrections after them."""
