"""What people arrange for themselves at the console: views of lists, their own or shared downwards."""
