"""The articles and those who keep them: versions, import, and the questions that nothing answered."""
