"""hansa evaluate: a whole federation over folders of files, every way to learn, judged by later rows."""
