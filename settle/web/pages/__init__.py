"""The screens of the desk, one module each: functions of what was asked that return a page or go back to one."""
